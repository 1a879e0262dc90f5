/** What a broken TLS handshake with a database may be about, as an addition to the message of its failure. @param without the server speaks no TLS at all. */
export const tlsHint = (without: boolean): string =>
  without
    ? 'set tls.mode to "disable" if its network may see everything in clear'
    : 'tls.ca and tls.serverName say which certificate to expect, tls.mode "require" encrypts without looking at it'
