/** An accepted upload that `ctx.files.openUpload` returns. */
export interface TestUpload {
  readonly id: string
  readonly name: string
  readonly content: Uint8Array
}
