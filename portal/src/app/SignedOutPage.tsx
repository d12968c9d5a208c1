import { Button, makeStyles, Text, Title1, tokens } from "@fluentui/react-components";
import { useEffect } from "react";
import { useWords } from "@/i18n/words";
import { useSearchParams } from "react-router";
import { signOnAddress } from "@/api/session";
import { LanguageSwitch } from "./LanguageSwitch";

const CODES = [
  "UNAUTHENTICATED",
  "SESSION_EXPIRED",
  "SIGNED_OUT",
  "UNKNOWN_TENANT",
  "NO_ROLE",
  "NO_GRANT",
  "CONSENT_MISSING",
  "DECLINED",
  "EXPIRED",
  "FAILED",
  "TRY_LATER",
];

const useStyles = makeStyles({
  page: {
    minHeight: "100vh",
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    padding: tokens.spacingHorizontalL,
    boxSizing: "border-box",
    backgroundColor: tokens.colorNeutralBackground3,
  },
  card: {
    width: "100%",
    maxWidth: "480px",
    boxSizing: "border-box",
    padding: tokens.spacingHorizontalXXXL,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow16,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    alignItems: "flex-start",
  },
  title: { margin: 0 },
  actions: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalM },
  brand: { color: tokens.colorBrandForeground1, fontWeight: tokens.fontWeightSemibold },
  foot: { marginTop: tokens.spacingVerticalL },
});

/** Why nobody is signed on, and what to do: /signed-out?why=CODE&back=/address. */
export function SignedOutPage(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords();
  const [search] = useSearchParams();
  const why = search.get("why") ?? "SIGNED_OUT";
  const code = CODES.includes(why) ? why : "UNAUTHENTICATED";
  const back = wayBack(search.get("back"));
  const other = ["UNKNOWN_TENANT", "NO_ROLE", "NO_GRANT", "CONSENT_MISSING"].includes(code);
  const title = t(`signedOut.${code}.title`);
  useEffect(() => {
    document.title = `${title} · SUA`;
  }, [title]);
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Text className={styles.brand}>SUA</Text>
        <Title1 as="h1" className={styles.title}>
          {title}
        </Title1>
        <Text>{t(`signedOut.${code}.text`)}</Text>
        <div className={styles.actions}>
          <Button as="a" appearance="primary" href={signOnAddress(back) + (other ? "&switch=1" : "")}>
            {t(other ? "signedOut.other" : "signedOut.signOn")}
          </Button>
        </div>
      </div>
      <div className={styles.foot}>
        <LanguageSwitch />
      </div>
    </main>
  );
}

/** An address of this portal; anything that could lead elsewhere is not followed. */
export function wayBack(text: string | null): string {
  return text !== null && /^\/(?![/\\])/.test(text) && !text.startsWith("/signed-out") ? text : "/";
}
