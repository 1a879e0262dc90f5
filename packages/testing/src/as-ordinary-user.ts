const NOBODY = 65_534

/** Does work as somebody whom file modes stop, also where tests run as root. Nothing else may happen in the process meanwhile. */
export const asOrdinaryUser = async <T>(work: () => Promise<T>): Promise<T> => {
  const { getuid, setegid, seteuid } = process
  if (getuid?.() !== 0 || setegid === undefined || seteuid === undefined) return work()
  setegid(NOBODY)
  seteuid(NOBODY)
  try {
    return await work()
  } finally {
    seteuid(0)
    setegid(0)
  }
}
