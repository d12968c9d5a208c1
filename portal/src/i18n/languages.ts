/** Languages the portal speaks, with the locale dates and money follow. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = "sua.language";

/** The language chosen before, else the browser's, else English. */
export function startLanguage(kept = read(), wished: readonly string[] = navigator.languages): Language {
  for (const tag of [kept, ...wished]) {
    const language = tag?.slice(0, 2).toLowerCase();
    if (language !== undefined && language in LANGUAGES) return language as Language;
  }
  return "en";
}

/** Remember the choice on this device. */
export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // a browser without storage asks again next time
  }
}

/**
 * The locale of dates and money: the browser's own where it is of the language (en-GB stays en-GB).
 * A bare "en" is taken as British English, whose dates name the month and cannot be misread.
 */
export function localeOf(language: Language, wished: readonly string[] = navigator.languages): string {
  const own = wished.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  return own ?? (language === "de" ? "de-DE" : "en-GB");
}

function read(): string | undefined {
  try {
    return localStorage.getItem(KEPT) ?? undefined;
  } catch {
    return undefined;
  }
}
