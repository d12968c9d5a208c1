import { Badge, Text } from "@fluentui/react-components";
import { memo } from "react";
import { useWords } from "@/i18n/words";
import type { HealthQuery } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Facts } from "@/parts/Evidence";
import { Section } from "@/parts/Section";
import { useMoment } from "@/time/useMoment";

type Subscription = NonNullable<NonNullable<HealthQuery["tenant"]>["subscription"]>;

/** Whether Microsoft notifies SUA of this customer's calls. null: it never did. */
export const SubscriptionCard = memo(function SubscriptionCard({
  subscription,
}: {
  readonly subscription: Subscription | null;
}): React.JSX.Element {
  const { t } = useWords("Health");
  const formats = useFormats();
  const moment = useMoment();
  if (subscription === null) {
    return (
      <Section title={t("subscription.title")}>
        <Text>{t("subscription.never")}</Text>
      </Section>
    );
  }
  const { state, renewedAt, expiresAt, lostAt, lostReason } = subscription;
  const when = (at: string): string => `${formats.instant(at, moment.timeZone)} (${formats.ago(at)})`;
  return (
    <Section title={t("subscription.title")}>
      <Facts
        items={[
          [
            t("subscription.state"),
            <Badge key="state" appearance="tint" color={state === "LIVE" ? "success" : "danger"}>
              {t(`subscription.states.${state}`)}
            </Badge>,
          ],
          [t("subscription.renewed"), when(renewedAt)],
          [t("subscription.expires"), when(expiresAt)],
          ...(lostAt == null ? [] : [[t("subscription.lost"), when(lostAt)] as const]),
          ...(lostReason == null ? [] : [[t("subscription.reason"), t(`subscription.reasons.${lostReason}`)] as const]),
        ]}
      />
    </Section>
  );
});
