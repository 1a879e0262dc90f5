const SECRET = /passw(or)?d|passphrase|secret|token|apikey|accesskey|accountkey|privatekey|signingkey|credential|connectionstring|bearer|sas$/

/** Whether the name of a field suggests that it holds a secret. */
export const looksSecret = (name: string): boolean => SECRET.test(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
