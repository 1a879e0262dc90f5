import type { RunDetailView, RunLogLine } from '@inlet/contract'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.js'
import { usePreference } from '../../preferences/preferences.js'
import { CopyButton } from '../../ui/copy-button.js'
import { formatExact, formatNumber } from '../../ui/format.js'
import { ProblemNote } from '../../ui/problem.js'
import { SearchField } from '../../ui/search-field.js'
import { Empty, Loading } from '../../ui/states.js'
import { useSearch } from '../../ui/use-search.js'
import { useRunLog } from './use-run-log.js'

const LINE_PX = 24
const LEVELS: Readonly<Record<string, readonly RunLogLine['level'][]>> = { warn: ['warn', 'error'], error: ['error'] }

/** What was said during a run, filtered and linked by the address; only the lines in sight are in the page. */
export const RunLog = ({ run }: { readonly run: RunDetailView }) => {
  const [search, setSearch] = useSearch()
  const log = useRunLog(run.id, run.status !== 'ended')
  const t = messages.runs.log
  const streams = useMemo(() => [...new Set(log.lines.flatMap(({ stream }) => stream ?? []))].toSorted(), [log.lines])
  const attempts = useMemo(() => [...new Set(log.lines.map(({ attempt }) => attempt))], [log.lines])
  const shown = useMemo(() => filter(log.lines, search), [log.lines, search])
  if (log.lines.length === 0) {
    if (log.error !== null) return <ProblemNote error={log.error} />
    if (log.isLoading) return <Loading />
    return (
      <Empty title={run.status === 'ended' ? t.none : t.noneYet}>
        <p>{t.noneHint}</p>
      </Empty>
    )
  }
  const choice = (name: 'level' | 'stream' | 'attempt', label: string, any: string, options: readonly (readonly [string, string])[]) => (
    <select className="input narrow" aria-label={label} value={search[name] ?? ''} onChange={(event) => setSearch({ [name]: event.target.value })}>
      <option value="">{any}</option>
      {options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  )
  return (
    <div className="stack tight">
      <div className="row wrap">
        <SearchField label={t.search} hint={t.search} value={search['q'] ?? ''} pauseMs={150} onChange={(q) => setSearch({ q })} />
        {choice('level', t.level, t.anyLevel, [
          ['warn', t.warnings],
          ['error', t.errors],
        ])}
        {streams.length > 1 &&
          choice(
            'stream',
            messages.source.stream,
            t.anyStream,
            streams.map((name) => [name, name] as const),
          )}
        {attempts.length > 1 &&
          choice(
            'attempt',
            t.attempt,
            t.anyAttempt,
            attempts.map((n) => [String(n), messages.runs.timeline.attempt(String(n))] as const),
          )}
        <span className="faint num">
          {shown.length === log.lines.length
            ? t.lines(formatNumber(shown.length))
            : t.linesOf(formatNumber(shown.length), formatNumber(log.lines.length))}
          {log.isLoading ? ' …' : ''}
        </span>
        <span className="grow" />
        {search['line'] !== undefined && <CopyButton text={location.href} label={t.copyLink} className="button small" />}
        <button type="button" className="button small" onClick={() => download(run.id, shown)}>
          {t.download}
        </button>
      </div>
      {log.error !== null && <ProblemNote error={log.error} />}
      {shown.length === 0 ? (
        <Empty title={t.noneMatch}>
          <button type="button" className="button" onClick={() => setSearch({ q: null, level: null, stream: null, attempt: null })}>
            {messages.sources.clear}
          </button>
        </Empty>
      ) : (
        <Lines lines={shown} marked={search['line'] ?? null} onMark={(line) => setSearch({ line })} />
      )}
    </div>
  )
}

const filter = (lines: readonly RunLogLine[], { q, level, stream, attempt }: Readonly<Record<string, string | undefined>>): readonly RunLogLine[] => {
  const text = q?.toLowerCase()
  const levels = level === undefined ? undefined : LEVELS[level]
  if (text === undefined && levels === undefined && stream === undefined && attempt === undefined) return lines
  return lines.filter(
    (line) =>
      (levels === undefined || levels.includes(line.level)) &&
      (stream === undefined || line.stream === stream) &&
      (attempt === undefined || String(line.attempt) === attempt) &&
      (text === undefined || line.message.toLowerCase().includes(text)),
  )
}

const textOf = ({ at, level, attempt, stream, message }: RunLogLine): string =>
  `${at} ${level.toUpperCase().padEnd(5)} #${attempt} ${stream === null ? '' : `[${stream}] `}${message}`

const download = (runId: string, lines: readonly RunLogLine[]): void => {
  const url = URL.createObjectURL(new Blob([lines.map(textOf).join('\n'), '\n'], { type: 'text/plain' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: `run-${runId}.log` })
  link.click()
  // The browser has taken the file by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

interface LinesProps {
  readonly lines: readonly RunLogLine[]
  readonly marked: string | null
  readonly onMark: (id: string) => void
}

const Lines = ({ lines, marked, onMark }: LinesProps) => {
  const ref = useRef<HTMLDivElement>(null)
  // Follows the end while the reader is there, and stays where the reader is otherwise.
  const [isAtEnd, setAtEnd] = useState(marked === null)
  const sought = useRef(marked)
  const utc = usePreference('times') === 'utc'
  const clock = useMemo(() => new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', ...(utc ? { timeZone: 'UTC' } : {}) }), [utc])
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => ref.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
    getItemKey: (index) => lines[index]?.id ?? index,
  })
  useEffect(() => {
    if (sought.current !== null) {
      const index = lines.findIndex(({ id }) => id === sought.current)
      if (index === -1) return
      sought.current = null
      list.scrollToIndex(index, { align: 'center' })
    } else if (isAtEnd) list.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [lines, isAtEnd, list])
  return (
    <div className="log-frame">
      <div
        ref={ref}
        className="log"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that the keyboard can scroll it
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={messages.runs.log.title}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => setAtEnd(scrollTop + clientHeight >= scrollHeight - LINE_PX)}
      >
        <div style={{ height: list.getTotalSize(), position: 'relative' }}>
          {list.getVirtualItems().map((item) => {
            const line = lines[item.index]
            if (line === undefined) return null
            const moment = new Date(line.at)
            return (
              <div
                key={item.key}
                ref={list.measureElement}
                data-index={item.index}
                data-level={line.level}
                data-marked={line.id === marked || undefined}
                className="log-line"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <button type="button" title={`${formatExact(moment)}\n${messages.runs.log.mark}`} onClick={() => onMark(line.id)}>
                  {clock.format(moment)}
                </button>
                <span className="level">{line.level}</span>
                <span className="text">
                  {line.stream !== null && <span className="faint">{line.stream} </span>}
                  {line.message}
                </span>
              </div>
            )
          })}
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" className="button small to-end" onClick={() => setAtEnd(true)}>
          {messages.runs.log.toEnd}
        </button>
      )}
    </div>
  )
}
