/** Everything was closed in order. */
export const EXIT_OK = 0
/** A defect, a failed start or a part that could not be closed. */
export const EXIT_FAILURE = 1
/** EX_CONFIG of sysexits.h: the settings cannot be used, and a restart will not help. */
export const EXIT_CONFIG = 78
/** 128 + SIGINT: a second signal cut the shutdown short. */
export const EXIT_INTERRUPTED = 130
