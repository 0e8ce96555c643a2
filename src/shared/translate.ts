let translations: Readonly<Record<string, string>> = {};

/** Sets the translations of the editor's language, from English; called once, before any text is shown. */
export function setTranslations(texts: Readonly<Record<string, string>>): void {
  translations = texts;
}

/** Translates a text and fills `{0}`, `{1}` … in it. */
export type Translate = (text: string, ...args: string[]) => string;

/** The English text with its arguments filled in. */
export const english: Translate = (text, ...args) =>
  text.replace(/\{(\d+)\}/g, (placeholder, index) => args[Number(index)] ?? placeholder);

/**
 * Translates a text and fills `{0}`, `{1}` … in it. The text itself is the key of `l10n/bundle.l10n.*.json`, so calls
 * give it as one literal: a test collects them from the sources.
 */
export const t = (text: string, ...args: (string | number)[]): string =>
  english(Object.hasOwn(translations, text) ? (translations[text] ?? text) : text, ...args.map(String));
