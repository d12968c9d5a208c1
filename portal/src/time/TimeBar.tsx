import {
  Button,
  Input,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  tokens,
  Tooltip,
} from "@fluentui/react-components";
import { ChevronLeft20Regular } from "@fluentui/react-icons/svg/chevron-left";
import { ChevronRight20Regular } from "@fluentui/react-icons/svg/chevron-right";
import { Next20Regular } from "@fluentui/react-icons/svg/next";
import { Previous20Regular } from "@fluentui/react-icons/svg/previous";
import type { ReactElement, ReactNode } from "react";
import { useWords } from "@/i18n/words";
import { useRights } from "@/app/tenant";
import { useFormats } from "@/i18n/format";
import { isDay, plusDays } from "./days";
import { KnownAt } from "./KnownAt";
import { useJump } from "./useJump";
import { useMoment } from "./useMoment";

const EARLIEST = "2015-01-01";

const useStyles = makeStyles({
  bar: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    minHeight: "40px",
    marginBottom: tokens.spacingVerticalS,
  },
  date: { width: "150px" },
  day: {
    padding: `0 ${tokens.spacingHorizontalS}`,
    whiteSpace: "nowrap",
    "@media (max-width: 599px)": { display: "none" },
  },
  live: { marginLeft: "auto", minHeight: "20px" },
  banner: { marginBottom: tokens.spacingVerticalM },
  quiet: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

/** The one time machine: which day, and for auditors by what knowledge. It rules every figure below it. */
export function TimeBar({ live }: { readonly live?: ReactNode }): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const formats = useFormats();
  const moment = useMoment();
  const { audit } = useRights();
  const jumping = useJump();
  const set = (day: string): void => moment.goTo({ asOf: day >= moment.today ? null : day });
  const step = (label: string, icon: ReactElement, go: () => void, disabled = false): ReactElement => (
    <Tooltip content={label} relationship="label">
      <Button appearance="subtle" icon={icon} onClick={go} disabled={disabled} />
    </Tooltip>
  );
  const looking = jumping.state === "looking";
  const atEnd = moment.day >= moment.today;
  return (
    <>
      <div className={styles.bar} role="group" aria-label={t("time.label")} data-print="no">
        {step(t("time.previousChange"), <Previous20Regular />, () => void jumping.jump(-1), looking)}
        {step(t("time.previousDay"), <ChevronLeft20Regular />, () => set(plusDays(moment.day, -1)))}
        <Input
          key={moment.day}
          className={styles.date}
          type="date"
          aria-label={t("time.asOf")}
          defaultValue={moment.day}
          min={EARLIEST}
          max={moment.today}
          onChange={(_, { value }) => {
            if (isDay(value) && value >= EARLIEST && value <= moment.today) set(value);
          }}
        />
        {step(t("time.nextDay"), <ChevronRight20Regular />, () => set(plusDays(moment.day, 1)), atEnd)}
        {step(t("time.nextChange"), <Next20Regular />, () => void jumping.jump(1), looking || atEnd)}
        <span className={styles.day}>{formats.day(moment.day, "long")}</span>
        {(audit || moment.knownAt !== null) && <KnownAt />}
        <span role="status" className={styles.quiet}>
          {jumping.state === "idle" ? "" : t(`time.jump.${jumping.state}`)}
        </span>
        <div className={styles.live}>{live}</div>
      </div>
      {moment.past && <Banner />}
    </>
  );
}

function Banner(): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const formats = useFormats();
  const moment = useMoment();
  const words = [
    moment.asOf === null ? t("time.today") : t("time.past", { day: formats.day(moment.asOf, "long") }),
    moment.knownAt === null ? null : t("time.known", { at: formats.instant(moment.knownAt) }),
  ];
  return (
    <MessageBar intent="warning" className={styles.banner} politeness="polite">
      <MessageBarBody>{words.filter((each) => each !== null).join(" ")}</MessageBarBody>
      <MessageBarActions>
        <Button onClick={() => moment.goTo({ asOf: null, knownAt: null })}>{t("time.back")}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}
