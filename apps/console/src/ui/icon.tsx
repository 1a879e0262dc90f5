const PATHS = {
  overview: 'M3 12h4l3-8 4 16 3-8h4',
  sources: 'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  runs: 'M5 4l14 8-14 8z',
  records: 'M5 3h10l4 4v14H5zM9 12h6M9 16h6M9 8h2',
  quarantine: 'M12 3l9 16H3zM12 10v4M12 16.5v.5',
  workers: 'M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01',
  credentials: 'M15 7a4 4 0 1 1-3.5 6L4 20.5 3 17l2-1 0-2 2 0 2.500-2.500A4 4 0 0 1 15 7z',
  notifications: 'M6 10a6 6 0 1 1 12 0v5l2 3H4l2-3zM10 21h4',
  sinks: 'M4 12h11M11 7l5 5-5 5M20 4v16',
  generations: 'M6 6h.01M18 6h.01M12 18h.01M6 6h12M6 6l6 12M18 6l-6 12',
  audit: 'M12 3a9 9 0 1 1-9 9M12 7v5l3 3M3 5v4h4',
  settings: 'M4 7h10M18 7h2M4 17h4M12 17h8M14 5v4M8 15v4',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 20c1-4 4-5 7-5s6 1 7 5',
  plus: 'M12 5v14M5 12h14',
} as const
export type IconName = keyof typeof PATHS

export const Icon = ({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d={PATHS[name]} />
  </svg>
)
