/**
 * Translates a text and fills `{0}`, `{1}` … in it. The text itself is the key of `l10n/bundle.l10n.*.json`, so calls
 * give it as one literal: a test collects them from the sources.
 */
export type Localize = (text: string, ...args: (string | number)[]) => string;
