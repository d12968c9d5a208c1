import {
  Avatar,
  Button,
  Divider,
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Text,
  tokens,
} from "@fluentui/react-components";
import { Person20Regular } from "@fluentui/react-icons/svg/person";
import { SignOut20Regular } from "@fluentui/react-icons/svg/sign-out";
import { useWords } from "@/i18n/words";
import { signOut, useSession } from "@/api/session";
import { useFormats } from "@/i18n/format";
import { useViewer } from "./tenant";

const useStyles = makeStyles({
  button: { minWidth: "unset", padding: "4px", flexShrink: 0 },
  surface: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, maxWidth: "300px" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** Who is signed on, with which roles, until when; and the way out. */
export function AccountMenu(): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords();
  const formats = useFormats();
  const session = useSession();
  const { roles } = useViewer();
  const name = session.name ?? t("header.nameless");
  return (
    <Popover trapFocus positioning="below-end">
      <PopoverTrigger disableButtonEnhancement>
        <Button appearance="subtle" className={styles.button} aria-label={`${t("header.account")}: ${name}`}>
          <Avatar size={28} color="brand" icon={<Person20Regular />} aria-hidden />
        </Button>
      </PopoverTrigger>
      <PopoverSurface className={styles.surface} aria-label={t("header.account")}>
        <Text weight="semibold">{name}</Text>
        <Text size={200} className={styles.quiet}>
          {formats.list(roles.map((role) => t(`roles.${role}`)))}
        </Text>
        <Text size={200} className={styles.quiet}>
          {t("header.until", { at: formats.instant(session.expiresAt) })}
        </Text>
        <Divider />
        <Button icon={<SignOut20Regular />} onClick={() => void signOut(session.csrf)}>
          {t("header.signOut")}
        </Button>
      </PopoverSurface>
    </Popover>
  );
}
