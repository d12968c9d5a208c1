import { Badge } from "@fluentui/react-components";
import { memo } from "react";
import { useWords } from "@/i18n/words";
import type { HealthQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Facts } from "@/parts/Evidence";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";

type Tenant = NonNullable<HealthQuery["tenant"]>;

/** How SUA's access stands, and what to do about it. */
export const ConsentCard = memo(function ConsentCard({ tenant }: { readonly tenant: Tenant }): React.JSX.Element {
  const { t } = useWords("Health");
  const formats = useFormats();
  const moment = useMoment();
  const { consent } = tenant;
  return (
    <Section title={t("consent.title")} hint={t(`consent.stateWhy.${consent.state}`)}>
      <Facts
        items={[
          [
            t("consent.state"),
            <Badge key="state" appearance="tint" color={consent.state === "CONSENTED" ? "success" : "danger"}>
              {t(`consent.states.${consent.state}`)}
            </Badge>,
          ],
          [
            t("consent.since"),
            consent.since == null ? t("consent.sinceUnknown") : formats.instant(consent.since, moment.timeZone),
          ],
          [t("consent.organisation"), tenant.organisation == null ? null : `${tenant.organisation} (${tenant.domain})`],
          [
            t("consent.advice"),
            consent.advice == null ? (
              t("consent.nothing")
            ) : (
              <span key="advice" lang="en">
                {consent.advice}
              </span>
            ),
          ],
          ...(consent.reason == null
            ? []
            : [[t("consent.reason"), <code key="reason">{consent.reason}</code>] as const]),
        ]}
      />
    </Section>
  );
});
