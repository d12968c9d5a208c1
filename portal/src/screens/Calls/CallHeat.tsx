import { useWords } from "@/i18n/words";
import type { CallFiguresQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { HeatMap } from "@/parts/Chart";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";
import { HOURS, weekHours } from "./weekHours";

const HEIGHT = 300;

/** Calls by the weekday and hour they began in, on the customer's clock. */
export function CallHeat(props: {
  readonly usage: NonNullable<CallFiguresQuery["tenant"]>["at"]["byHour"];
  readonly className?: string;
}): React.JSX.Element {
  const { t } = useWords("Calls");
  const formats = useFormats();
  const moment = useMoment();
  const weekday = new Intl.DateTimeFormat(formats.locale, { weekday: "long", timeZone: "UTC" });
  const values = weekHours(props.usage);
  return (
    <Section className={props.className} title={t("heat")} hint={t("heatAbout", { zone: moment.timeZone })}>
      <HeatMap
        name={t("heat")}
        axis={t("weekday")}
        rows={values.map((_, day) => weekday.format(new Date(Date.UTC(2024, 0, 1 + day))))}
        columns={Array.from({ length: HOURS }, (_, hour) => String(hour))}
        values={values}
        height={HEIGHT}
      />
    </Section>
  );
}
