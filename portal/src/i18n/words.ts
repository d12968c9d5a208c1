import i18next, { type TFunction } from "i18next";
import { useSyncExternalStore } from "react";

/** The words of one namespace in one language. */
export interface Words {
  readonly t: TFunction;
  /** E.g. "en". */
  readonly language: string;
}

const spoken = new Map<string, Words>();

/**
 * The words of a screen (its name is their namespace), or those that all share, in the language spoken now. i18next
 * takes a quarter of the time a screen is drawn in to look them up, so what is asked for by its key alone is kept.
 */
export function useWords(namespace = "shared"): Words {
  const language = useSyncExternalStore(listen, languageNow);
  const key = `${language} ${namespace}`;
  const found = spoken.get(key);
  if (found !== undefined) return found;
  if (!i18next.hasLoadedNamespace(namespace)) throw i18next.loadNamespaces(namespace); // drawn once they have come
  const made = { language, t: kept(i18next.getFixedT(language, namespace)) };
  spoken.set(key, made);
  return made;
}

/** Called whenever another language is spoken. */
export function listen(told: () => void): () => void {
  i18next.on("languageChanged", told);
  return () => i18next.off("languageChanged", told);
}

function languageNow(): string {
  return i18next.language;
}

function kept(t: TFunction): TFunction {
  const before = new Map<unknown, unknown>();
  const lookUp = (...asked: Parameters<TFunction>): unknown => {
    if (asked.length > 1) return t(...asked);
    const [key] = asked;
    const found = before.get(key) ?? t(key);
    before.set(key, found);
    return found;
  };
  return lookUp as TFunction;
}
