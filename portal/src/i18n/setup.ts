import i18next, { type BackendModule, type i18n } from "i18next";
import { keepLanguage, startLanguage, type Language } from "./languages";

type Words = Record<string, unknown>;
type Load = () => Promise<{ default: Words }>;

const shared = import.meta.glob<{ default: Words }>("./*.json");
const screens = import.meta.glob<{ default: Words }>("../screens/*/{en,de}.json");

function loaderOf(language: string, namespace: string): Load | undefined {
  return namespace === "shared" ? shared[`./${language}.json`] : screens[`../screens/${namespace}/${language}.json`];
}

const words: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = loaderOf(language, namespace);
    if (load === undefined) return done(new Error(`no words of ${namespace} in ${language}`), false);
    load().then(
      (found) => done(null, found.default as never),
      (error: unknown) => done(error as Error, false),
    );
  },
};

/** The words of the portal. Each screen's are the namespace of its name, `screen`'s come at once; `shared` holds the rest. */
export async function startWords(language: Language = startLanguage(), screen?: string): Promise<i18n> {
  await i18next.use(words).init({
    lng: language,
    fallbackLng: "en",
    supportedLngs: ["en", "de"],
    ns: screen === undefined ? ["shared"] : ["shared", screen],
    defaultNS: "shared",
    fallbackNS: "shared",
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  document.documentElement.lang = language;
  return i18next;
}

/** Speak another language from now on. */
export async function speak(language: Language): Promise<void> {
  keepLanguage(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
