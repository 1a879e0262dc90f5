import { Failure, JsonNumber } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { selectBeyondHorizon, selectKeys, selectOrdered } from '../sql/plan/select.js'
import type { StreamPlan } from '../sql/plan/stream-plan.js'
import type { RowPosition } from '../sql/read/saved-cursor.js'
import { configSchema } from './config.js'
import { chooseKey } from './plan/relation.js'
import { mysqlSyntax } from './plan/syntax.js'
import { formatMicros, parseMicros, toLocal } from './read/time-text.js'
import { timeWindow } from './read/window.js'
import { findPowerful } from './session/check-role.js'
import { toMysqlFailure } from './session/mysql-failure.js'
import { connectionOptions } from './session/open-client.js'
import type { ColumnType, Kind } from './values/column-type.js'
import { convertOf, roleValuesOf } from './values/convert.js'

const base = { host: 'db.example.com', database: 'app', user: 'reader' }
const type = (kind: Kind, decimals = 0) => ({ kind, decimals, length: 8 })
const column = (name: string, kind: Kind) => ({ name, type: type(kind), convert: null, ...roleValuesOf(type(kind)), stored: true })
const planOf = (changes: Partial<StreamPlan<ColumnType>> = {}): StreamPlan<ColumnType> => ({
  stream: 'app.t',
  from: '`app`.`t` AS t',
  columns: [column('id', 'bigint'), column('at', 'datetime'), column('na`me', 'text'), column('gone', 'integer'), column('f', 'float')],
  key: [0],
  cursor: { at: 1, kind: 'local' },
  deletes: { sweep: false, soft: false, declared: 'none' },
  mapping: { kind: 'row' },
  ...changes,
})
const NOTHING = { from: null, before: null, to: null }

describe('settings', () => {
  it('have safe defaults, and names with their database', () => {
    const config = configSchema.parse({ ...base, tables: [{ name: 'a' }, { name: 'b.c' }] })
    expect(config).toMatchObject({ port: 3306, tls: { mode: 'verify-full' }, databases: ['app'], zeroDates: 'null' })
    expect(config.tables.map((table) => table.name)).toEqual(['app.a', 'b.c'])
  })

  it.each([
    [{ ...base, password: 'x' }],
    [{ ...base, timeZone: 'Mars/Phobos' }],
    [{ ...base, tables: [{ name: 'a' }, { name: 'app.a' }] }],
    [{ ...base, tables: [{ name: 'a', deletes: 'softDelete' }] }],
    [{ ...base, host: '192.0.2.1' }],
  ])('refuse %j', (config) => {
    expect(configSchema.safeParse(config).success).toBe(false)
  })

  it('become a connection that can neither send files nor stack statements', () => {
    const config = configSchema.parse({ ...base, tls: { mode: 'verify-full', serverName: 'other' } })
    const options = connectionOptions({ config, secrets: { password: '' } }, 'db.example.com', undefined)
    expect(options).toMatchObject({ host: 'other', multipleStatements: false, flags: ['-LOCAL_FILES', '-IGNORE_SPACE'] })
    expect(options.ssl).toEqual({ rejectUnauthorized: true, verifyIdentity: true })
  })
})

describe('statements', () => {
  it('order by cursor and key, and leave out zero dates', () => {
    expect(selectOrdered(mysqlSyntax, planOf(), NOTHING).text).toBe(
      "SELECT t.`id`, t.`at`, t.`na``me`, t.`gone`, t.`f` + 0e0 AS `f` FROM `app`.`t` AS t WHERE t.`at` >= '1000-01-01 00:00:00' ORDER BY t.`at`, t.`id`",
    )
  })

  it('bound by pairs that an index serves', () => {
    const text = selectOrdered(mysqlSyntax, planOf(), { from: ['2024-01-01', '5'], before: null, to: '2024-01-03' }).text
    expect(text).toContain("(t.`at` > '2024-01-01' OR (t.`at` = '2024-01-01' AND t.`id` >= 5)) AND t.`at` <= '2024-01-03'")
    expect(mysqlSyntax.compare([column('a', 'text')], '<', ["x'"], String)).toBe("t.`a` < _utf8mb4 X'7827'")
  })

  it('refuse a position that is no value of its column', () => {
    expect(() => selectOrdered(mysqlSyntax, planOf(), { ...NOTHING, from: ['2024-01-01', '5 or 1=1'] })).toThrow(
      expect.objectContaining({ reason: 'CURSOR_INVALID' }),
    )
  })

  it('find what cannot move the cursor, and live keys', () => {
    expect(selectBeyondHorizon(mysqlSyntax, planOf(), '2024-01-01').text).toContain(
      "(t.`at` IS NULL OR t.`at` > '2024-01-01' OR t.`at` < '1000-01-01 00:00:00')",
    )
    expect(selectBeyondHorizon(mysqlSyntax, planOf({ cursor: { at: 0, kind: 'integer' } }), null).text).toContain('WHERE t.`id` IS NULL')
    const plan = planOf({ deletes: { sweep: true, soft: true, declared: 'sweep' }, mapping: { kind: 'row', softDeleteColumn: 'gone' } })
    expect(selectKeys(mysqlSyntax, plan, ['9']).text).toBe(
      'SELECT t.`id` FROM `app`.`t` AS t WHERE (t.`gone` IS NULL OR t.`gone` = 0) AND t.`id` <= 9',
    )
  })

  it('take the primary key, else the smallest unique one without NULLs and prefixes', () => {
    const wide = [
      ['u1', 'a', '', null],
      ['u1', 'b', '', null],
      ['u2', 'c', '', null],
    ]
    expect(chooseKey([...wide, ['PRIMARY', 'x', '', null], ['PRIMARY', 'y', '', null]])).toEqual(['x', 'y'])
    expect(chooseKey(wide)).toEqual(['c'])
    expect(
      chooseKey([
        ['u1', 'a', 'YES', null],
        ['u2', 'b', '', '10'],
        ['u3', null, '', null],
      ]),
    ).toBeNull()
  })
})

describe('time', () => {
  const micros = (text: string) => parseMicros(text) ?? -1n
  const clock = { now: micros('2024-07-01 12:00:10'), horizon: micros('2024-07-01 12:00:00') }
  const settings = { overlapSeconds: 60, overlapIds: 0, timeZone: 'UTC' }
  const at = (v: string, h: string | null): RowPosition => ({ c: 'at', v, of: ['id'], k: ['1'], h })
  const windowOf = (kind: 'instant' | 'local' | 'date', saved: RowPosition | null, config = settings) =>
    timeWindow('app.t', kind, { saved, clock, config })

  it('is read and written with all digits, local clocks included', () => {
    expect(formatMicros(micros('0999-12-31 23:59:59.000001'))).toBe('0999-12-31 23:59:59.000001')
    expect(parseMicros('yesterday')).toBeNull()
    expect(formatMicros(toLocal(clock.now, 'Europe/Berlin'))).toBe('2024-07-01 14:00:10.000000')
  })

  it('ends a window at the horizon and begins it one overlap before the position', () => {
    expect(windowOf('instant', null)).toEqual({ overlapFrom: null, to: '2024-07-01 12:00:00.000000' })
    expect(windowOf('instant', at('2024-07-01 11:00:00', '2024-07-01 11:30:00'))).toMatchObject({ overlapFrom: '2024-07-01 10:59:00.000000' })
    expect(windowOf('local', at('2024-07-01 13:00:00', null), { ...settings, timeZone: 'Europe/Berlin' })).toEqual({
      overlapFrom: '2024-07-01 11:59:00.000000',
      to: '2024-07-01 14:00:00.000000',
    })
    expect(windowOf('date', at('2024-07-01', '2024-07-01'))).toEqual({ overlapFrom: '2024-06-30', to: '2024-07-01' })
  })

  it('leaves a final position alone, and refuses one from the future', () => {
    expect(windowOf('instant', at('2024-07-01 09:00:00', '2024-07-01 11:30:00')).overlapFrom).toBeNull()
    expect(() => windowOf('instant', at('2024-07-01 12:05:00', null))).toThrow(expect.objectContaining({ reason: 'CURSOR_IN_FUTURE' }))
    expect(() => windowOf('instant', at('soon', null))).toThrow(expect.objectContaining({ reason: 'CURSOR_INVALID' }))
  })
})

describe('values', () => {
  const convert = (kind: Kind, text: string) => convertOf(type(kind), () => 'zero')?.(text)
  it.each<[Kind, string, unknown]>([
    ['bigint', '9007199254740993', 9007199254740993n],
    ['decimal', '-000.50', new JsonNumber('-0.50')],
    ['float', '0.10000000149011612', 0.1],
    ['float', '16777216', 16777216],
    ['double', '1e300', 1e300],
    ['date', '2024-00-01', 'zero'],
    ['datetime', '0000-00-00 00:00:00', 'zero'],
    ['timestamp', '2024-01-01 00:00:00.5', '2024-01-01T00:00:00.5Z'],
    ['set', '', []],
    ['binary', '00ff', { base64: 'AP8=' }],
  ])('%s %s', (kind, text, value) => {
    expect(convert(kind, text)).toEqual(value)
  })

  it('know what is not deleted', () => {
    expect(roleValuesOf(type('datetime', 3)).live).toBe('0000-00-00 00:00:00.000')
    expect(roleValuesOf(type('text')).live).toBeNull()
  })
})

describe('the server', () => {
  it.each([
    [1045, '28000', 'AUTH_FAILED'],
    [1142, '42000', 'PERMISSION_DENIED'],
    [1044, '42000', 'PERMISSION_DENIED'],
    [1049, '42000', 'NOT_FOUND_UPSTREAM'],
    [1146, '42S02', 'SCHEMA_CHANGED'],
    [1054, '42S22', 'SCHEMA_CHANGED'],
    [1969, '70100', 'SQL_TIMEOUT'],
    [3024, 'HY000', 'SQL_TIMEOUT'],
    [1040, '08004', 'UPSTREAM_ERROR'],
    [1690, '22003', 'UPSTREAM_INVALID'],
    [1064, '42000', 'SQL_SYNTAX'],
    [1792, '25006', 'SQL_NOT_A_SELECT'],
    [1105, 'HY000', 'UPSTREAM_ERROR'],
  ])('error %i is %s %s', (errno, sqlState, reason) => {
    expect(toMysqlFailure(Object.assign(new Error('no'), { errno, sqlState }), { doing: 'x' }).reason).toBe(reason)
  })

  it.each([
    ['ECONNREFUSED', 'UNREACHABLE'],
    ['PROTOCOL_CONNECTION_LOST', 'CONNECTION_LOST'],
    ['HANDSHAKE_NO_SSL_SUPPORT', 'TLS_FAILED'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_FAILED'],
    ['MYSQL_CLEAR_PASSWORD_NOT_ENABLED', 'AUTH_FAILED'],
  ])('%s is %s', (code, reason) => {
    expect(toMysqlFailure(Object.assign(new Error('no'), { code, errno: -111 }), { doing: 'x' }).reason).toBe(reason)
    const failure = new Failure('SCHEMA_CHANGED', 'x')
    expect(toMysqlFailure(failure, { doing: 'y' })).toBe(failure)
  })

  it('says what to do about a server without a free connection', () => {
    const nextOf = (errno: number) => toMysqlFailure(Object.assign(new Error('no'), { errno, sqlState: '08004' }), { doing: 'x' }).next
    expect(nextOf(1040)).toMatch(/have more of them/)
    expect(nextOf(1105)).not.toMatch(/have more of them/)
  })

  it('names the setting when TLS fails', () => {
    const messageOf = (facts: object) => toMysqlFailure(Object.assign(new Error('no'), facts), { doing: 'connecting' }).message
    expect(messageOf({ code: 'HANDSHAKE_NO_SSL_SUPPORT' })).toContain('connecting: no; set tls.mode to "disable"')
    expect(messageOf({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })).toContain('connecting: no; tls.ca ')
    expect(messageOf({ errno: 3159, sqlState: 'HY000' })).toContain('connecting: no; set tls.mode to "verify-full"')
    expect(messageOf({ errno: 1045, sqlState: '28000' })).toBe('connecting: no')
  })

  it('distinguishes accounts that only read from powerful ones', () => {
    const on = (privileges: string, scope = '*.*') => `GRANT ${privileges} ON ${scope} TO \`r\`@\`%\``
    expect(findPowerful([on('USAGE'), on('SELECT, PROCESS, SHOW VIEW'), on('ALL PRIVILEGES', '`app`.*'), 'GRANT `role` TO `r`@`%`'])).toBeNull()
    expect(findPowerful([on('SELECT, FILE')])).toBe('FILE')
    expect(findPowerful([on('ALL PRIVILEGES')])).toBe('ALL PRIVILEGES')
    expect(findPowerful([on('INSERT', '`mysql`.`user`')])).toBe('INSERT')
    expect(findPowerful([`${on('SELECT')} REQUIRE SSL WITH GRANT OPTION`])).toBe('GRANT OPTION')
  })
})
