type Close = () => unknown

const open: Close[] = []

/** Has `close` called when the test is over, the newest first. */
export function whenOver(close: Close): void {
  open.push(close)
}

export async function closeEverything(): Promise<void> {
  for (const close of open.splice(0).toReversed()) {
    await close()
  }
}
