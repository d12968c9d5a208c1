import { Button, Text } from "@fluentui/react-components";
import { useState } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { PersonCallsDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { Figure, Figures } from "@/parts/Figure";
import { MoneySum } from "@/parts/Money";
import { Section } from "@/parts/Section";
import { plusDays } from "@/time/days";
import { useMoment } from "@/time/useMoment";

const DAYS = 28;

/** How much a person called in four weeks. Asked for when it is opened: the API sums calls of all people at once. */
export function PersonCalls({
  user,
  className,
}: {
  readonly user: string;
  readonly className?: string;
}): React.JSX.Element {
  const { t } = useWords("People");
  const formats = useFormats();
  const tenant = useTenant();
  const moment = useMoment();
  const [open, setOpen] = useState(false);
  const until = plusDays(moment.day, 1);
  const asked = useAsk(
    PersonCallsDocument,
    { tenant: tenant.id, ...moment.variables, since: plusDays(until, -DAYS), until },
    { pause: !open },
  );
  return (
    <Section
      className={className}
      title={t("person.calls", { days: formats.number(DAYS) })}
      actions={
        !open && (
          <Button size="small" onClick={() => setOpen(true)}>
            {t("person.callsOpen")}
          </Button>
        )
      }
    >
      {open && (
        <Answer to={asked} height={110}>
          {({ tenant: found }) => {
            const usage = found?.at.callReport.usage.find((each) => each.key === user);
            const phone = found?.at.pstnCosts?.groups.find((each) => each.key === user);
            if (usage === undefined && phone === undefined) return <Empty title={t("person.callsNone")} />;
            return (
              <Figures>
                <Figure label={t("person.callsCount")} value={formats.number(usage?.calls ?? 0)} />
                <Figure label={t("person.callsFailed")} value={formats.number(usage?.failedCalls ?? 0)} />
                <Figure label={t("person.callsTime")} value={formats.duration(usage?.participantSeconds ?? 0)} />
                <Figure
                  label={t("person.phoneCalls")}
                  value={phone === undefined ? t("person.phoneNone") : formats.number(phone.calls)}
                  hint={phone && `${t("person.phoneTime")}: ${formats.duration(phone.seconds)}`}
                />
                {phone !== undefined && (
                  <Figure
                    label={t("person.phoneCost")}
                    value={<MoneySum value={phone.cost} />}
                    hint={phone.unpricedCalls > 0 ? t("person.unpriced", { count: phone.unpricedCalls }) : undefined}
                  />
                )}
              </Figures>
            );
          }}
        </Answer>
      )}
      {open && asked.data?.tenant?.at.callReport.freshness.complete === false && (
        <Text size={200}>{t("person.callsGaps")}</Text>
      )}
    </Section>
  );
}
