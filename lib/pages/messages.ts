import { ar } from './messages/ar.ts'
import { de } from './messages/de.ts'
import { en, type MessageKey, type Messages } from './messages/en.ts'
import { es } from './messages/es.ts'
import { fr } from './messages/fr.ts'
import { ja } from './messages/ja.ts'

export type { MessageKey, Messages }

/** Texts for one language: some of them, and those for codes of the app's own `verify`. */
export type OwnMessages = Partial<Messages> & { [code: `${string}_${string}`]: string }

/** The languages that come with the package. */
export const messages: Record<'en' | 'de' | 'fr' | 'es' | 'ja' | 'ar', Messages> = {
  en,
  de,
  fr,
  es,
  ja,
  ar,
}

/** The text for a code, also for one that an app has added texts for. */
export function textOf(code: string, texts: Messages): string {
  return code.includes('_') && Object.hasOwn(texts, code)
    ? texts[code as MessageKey]
    : texts.unknownError
}
