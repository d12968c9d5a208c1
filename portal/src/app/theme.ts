import { webDarkTheme, webLightTheme, type Theme } from "@fluentui/react-components";
import { createContext, useContext, useEffect, useState } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

const KEPT = "sua.theme";
const DARK = "(prefers-color-scheme: dark)";

/** Which colours, and whether they are the dark ones. */
export interface Colours {
  readonly choice: ThemeChoice;
  readonly dark: boolean;
  readonly theme: Theme;
  choose(choice: ThemeChoice): void;
}

export const ColoursContext = createContext<Colours | null>(null);

/** The colours on screen. */
export function useColours(): Colours {
  const colours = useContext(ColoursContext);
  if (colours === null) throw new Error("no colours here");
  return colours;
}

/** The viewer's choice, kept on this device; by default what the system says, also when it changes. Print is light. */
export function useThemeChoice(): Colours {
  const [choice, setChoice] = useState<ThemeChoice>(read);
  const [system, setSystem] = useState(() => matchMedia(DARK).matches);
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const query = matchMedia(DARK);
    const follow = (): void => setSystem(query.matches);
    const begin = (): void => setPrinting(true);
    const end = (): void => setPrinting(false);
    query.addEventListener("change", follow);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      query.removeEventListener("change", follow);
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, []);
  const dark = !printing && (choice === "dark" || (choice === "system" && system));
  useEffect(() => {
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
  }, [dark]);
  return {
    choice,
    dark,
    theme: dark ? webDarkTheme : webLightTheme,
    choose: (next) => {
      setChoice(next);
      try {
        localStorage.setItem(KEPT, next);
      } catch {
        // a browser without storage forgets
      }
    },
  };
}

function read(): ThemeChoice {
  try {
    const kept = localStorage.getItem(KEPT);
    return THEMES.find((each) => each === kept) ?? "system";
  } catch {
    return "system";
  }
}
