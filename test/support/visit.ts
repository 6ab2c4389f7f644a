import { expect } from 'chai'
import type { Page } from 'playwright-core'

export type Way = 'Okta Verify' | 'Text message' | 'Phone call'

/** Fills in the sign-in page, as a person does. */
export async function beginSignIn(
  page: Page,
  origin: string,
  username: string,
  way: Way,
): Promise<void> {
  await page.goto(`${origin}/login`)
  await page.getByLabel('Username').fill(username)
  await page.getByLabel(way).check()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/\/challenge$|\?error=/)
}

/** The newest message of a user, in another tab of the same browser. */
export async function readPhone(
  page: Page,
  phone: string,
  username: string,
): Promise<{ tab: Page; text: string; code: string }> {
  const tab = page.context().pages()[1] ?? (await page.context().newPage())
  await tab.goto(`${phone}?user=${username}`)
  const text = await tab.getByRole('article').first().innerText()
  return { tab, text, code: text.match(/\d[\d ]*\d/)?.[0].replaceAll(' ', '') ?? '' }
}

/** Presses a button of the newest message on a user's phone. */
export async function pressOnPhone(
  page: Page,
  phone: string,
  username: string,
  button: string,
): Promise<void> {
  const { tab } = await readPhone(page, phone, username)
  const message = tab.getByRole('article').first()
  await message.getByRole('button', { name: button, exact: true }).click()
  await message.getByText(/^(Approved|Denied)\.$/).waitFor()
}

/** Types the code and sends it. */
export async function submitCode(page: Page, code: string): Promise<void> {
  await page.getByLabel(/^Code from/).fill(code)
  await page.getByRole('button', { name: 'Continue' }).click()
}

/** The example's page behind the sign-in, with the claims of its user. */
export async function expectSignedIn(page: Page, origin: string, username: string): Promise<void> {
  await page.waitForURL(`${origin}/`)
  expect(await page.title()).to.equal('Signed in')
  expect(await page.getByRole('definition').allInnerTexts()).to.include(username)
}

/** Six digits that are not the code. */
export function otherThan(code: string): string {
  return code === '000000' ? '000001' : '000000'
}
