type Close = () => unknown

const open: Close[] = []
const shared: Close[] = []

/** Has `close` called when the test is over, the newest first. */
export function whenOver(close: Close): void {
  open.push(close)
}

/** Has `close` called when all tests are over that run in this process, or all of this file. */
export function whenAllOver(close: Close): void {
  shared.push(close)
}

export function closeEverything(): Promise<void> {
  return closeAll(open)
}

export function closeWhatIsShared(): Promise<void> {
  return closeAll(shared)
}

async function closeAll(closers: Close[]): Promise<void> {
  for (const close of closers.splice(0).toReversed()) {
    await close()
  }
}
