import type { TFunction } from "i18next";

/** A person's name (or pseudonym), or the word for why there is none. */
export function nameOf(
  person: { readonly name?: string | null; readonly erasedAt?: string | null },
  t: TFunction<"People">,
): string {
  if (person.name != null) return person.name;
  return person.erasedAt != null ? t("erased") : t("unknownName");
}

/** Attempts to sign in move these, failed ones as well: they prove nothing. */
const WEAK = ["interactive", "non_interactive"];

export function isWeak(source: string): boolean {
  return WEAK.includes(source);
}

/** A group by the first eight characters of its id, which is all there is to call it by. */
export function shortGroup(group: string): string {
  return `${group.slice(0, 8)}…`;
}
