import { Text } from "@fluentui/react-components";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { CallHoursDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { HeatMap } from "@/parts/Chart";
import { Failed } from "@/parts/Failed";
import { Loading } from "@/parts/Loading";
import { Section } from "@/parts/Section";
import { startOf } from "@/time/days";
import { useMoment } from "@/time/useMoment";
import type { CallSpan } from "./span";
import { weekHours, windows } from "./weekHours";

const HEIGHT = 300;

/** Call records by weekday and hour. They are counted by the ledger of calls, which the API tells as it is now. */
export function CallHeat(props: { readonly span: CallSpan; readonly className?: string }): React.JSX.Element {
  const { t } = useTranslation("Calls");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const asked = useHours(tenant.id, windowsOf(props.span, moment.timeZone));
  const squares = useMemo(() => weekHours(asked.hours, moment.timeZone), [asked.hours, moment.timeZone]);
  const doubtful = squares.reduce((sum, square) => sum + square.doubtful, 0);
  const weekday = new Intl.DateTimeFormat(formats.locale, { weekday: "long", timeZone: "UTC" });
  const rows = Array.from({ length: 7 }, (_, day) => weekday.format(new Date(Date.UTC(2024, 0, 1 + day))));
  const values = rows.map((_, day) =>
    squares.slice(day * 24, day * 24 + 24).map(({ hours, calls }) => (hours === 0 ? null : calls)),
  );
  return (
    <Section className={props.className} title={t("heat")} hint={t("heatAbout", { zone: moment.timeZone })}>
      {asked.trouble !== null && <Failed trouble={asked.trouble} onRetry={asked.again} />}
      {asked.hours.length === 0 ? (
        asked.trouble === null && <Loading height={HEIGHT} />
      ) : (
        <HeatMap
          name={t("heat")}
          axis={t("weekday")}
          rows={rows}
          columns={Array.from({ length: 24 }, (_, hour) => String(hour))}
          values={values}
          height={HEIGHT}
        />
      )}
      <Text size={200}>
        {doubtful > 0 && `${t("heatDoubtful", { count: doubtful })} `}
        {moment.knownAt !== null && t("heatAsNow")}
      </Text>
    </Section>
  );
}

/** The ledger answers at most 31 days at once; the longest span takes three questions. */
function windowsOf(span: CallSpan, timeZone: string): { since: string; until: string }[] {
  return windows(startOf(span.since, timeZone), startOf(span.until, timeZone));
}

function useHours(tenant: string, asked: readonly { since: string; until: string }[]) {
  const [one, two, three] = asked;
  const first = useWindow(tenant, one);
  const second = useWindow(tenant, two);
  const third = useWindow(tenant, three);
  const answers = [first, second, third].slice(0, asked.length);
  const whole = answers.every(({ data }) => data !== undefined);
  const hours = useMemo(
    () =>
      whole ? [first, second, third].slice(0, asked.length).flatMap(({ data }) => data?.tenant?.coverage ?? []) : [],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the answers themselves, not the objects around them
    [whole, asked.length, first.data, second.data, third.data],
  );
  return {
    hours,
    trouble: answers.find(({ trouble }) => trouble !== null)?.trouble ?? null,
    again: () => answers.forEach(({ again }) => again()),
  };
}

function useWindow(tenant: string, window: { since: string; until: string } | undefined) {
  const { since = "", until = "" } = window ?? {};
  return useAsk(CallHoursDocument, { tenant, since, until }, { pause: window === undefined });
}
