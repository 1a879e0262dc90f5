/** JavaScript of one page may use so much; more ends the page, not the worker. */
const PAGE_HEAP_MB = 512

/** Besides Playwright's own: nothing leaves the browser but through the proxy, and nothing is fetched that no page asked for. */
export const CHROMIUM_FLAGS: readonly string[] = [
  // Loopback too goes through the proxy.
  '--proxy-bypass-list=<-loopback>',
  // Names are resolved by the proxy alone.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--disable-quic',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--dns-prefetch-disable',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-pings',
  '--no-first-run',
  '--disable-gpu',
  '--disable-breakpad',
  '--mute-audio',
  `--js-flags=--max-old-space-size=${PAGE_HEAP_MB}`,
]
