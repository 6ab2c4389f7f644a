import Negotiator from 'negotiator'
import { check } from '../options.ts'
import type { SignInRequest } from '../sign-in/index.ts'
import { messages, type Messages, type OwnMessages } from './messages.ts'

/** Texts by language tag, English first. */
export type Languages = ReadonlyMap<string, Messages>

/** Puts an app's texts over those of the package. What a new language lacks is English. */
export function readMessages(own: Readonly<Record<string, OwnMessages>> = {}): Languages {
  const languages = new Map<string, Messages>(Object.entries(messages))
  check(typeof own === 'object' && own !== null, 'messages', 'must be texts by language')
  for (const [language, texts] of Object.entries(own)) {
    check(isLanguage(language), 'messages', `has "${language}", which is not a language tag`)
    check(typeof texts === 'object' && texts !== null, 'messages', `needs texts for "${language}"`)
    for (const [key, text] of Object.entries(texts)) {
      const known = Object.hasOwn(messages.en, key) || key.includes('_')
      check(known, 'messages', `has the unknown key "${key}"`)
      check(typeof text === 'string', 'messages', `needs a text for "${key}"`)
    }
    const base = languages.get(language) ?? languages.get(prefixOf(language)) ?? messages.en
    languages.set(language, { ...base, ...texts })
  }
  return languages
}

/** The language to answer in, one of ours, chosen by the app or by `Accept-Language`. */
export function chooseLanguage(
  { headers }: SignInRequest,
  languages: Languages,
  wanted: string | undefined,
): [string, Messages] {
  const accepted = new Negotiator({ headers }).language([...languages.keys()])
  const found = [wanted, prefixOf(wanted ?? ''), accepted, 'en'].find(
    (language) => typeof language === 'string' && languages.has(language),
  )
  const language = String(found)
  return [language, languages.get(language) ?? messages.en]
}

/** A length of time in words, such as “4 minutes”. */
export function duration(seconds: number, language: string): string {
  const [value, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds <= 5400
        ? [Math.ceil(seconds / 60), 'minute']
        : [Math.ceil(seconds / 3600), 'hour']
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

function prefixOf(language: string): string {
  return language.split('-')[0] ?? ''
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}
