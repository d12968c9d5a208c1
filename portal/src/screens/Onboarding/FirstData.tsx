import { Text } from "@fluentui/react-components";
import { useEffect } from "react";
import { useWords } from "@/i18n/words";
import { useSubscription } from "urql";
import { useAsk } from "@/api/useAsk";
import { AdvancedDocument, FirstDataDocument } from "@/gql/graphql";
import { useFormats } from "@/i18n/format";
import { Answer } from "@/parts/Answer";
import { Figure, Figures } from "@/parts/Figure";

/** What has arrived of one customer so far; it changes as the customer's tables advance. */
export function FirstData(props: {
  readonly tenant: string;
  readonly name: string;
  readonly onAdvanced: () => void;
}): React.JSX.Element {
  const { tenant, name, onAdvanced } = props;
  const { t } = useWords("Onboarding");
  const formats = useFormats();
  const asked = useAsk(FirstDataDocument, { tenant });
  const [{ data }] = useSubscription({ query: AdvancedDocument, variables: { tenant } });
  const advanced = data?.tenantAdvanced.position;
  const { again } = asked;
  useEffect(() => {
    if (advanced === undefined) return;
    again();
    onAdvanced();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- both are other functions each time, and do the same
  }, [advanced]);
  return (
    <section aria-label={t("first.title", { name })}>
      <Answer to={asked} height={100} keep>
        {({ tenant: found }) => {
          const at = found?.at;
          const seats = at?.licenceSummary.reduce((sum, { held }) => sum + held, 0) ?? 0;
          const call = at?.calls.nodes[0];
          const nothing = t("first.none");
          return (
            <Figures>
              <Figure label={t("first.facts")} value={formats.number(Number(advanced ?? at?.position ?? 0))} />
              <Figure label={t("first.people")} value={at?.users.nodes.length ? t("first.yes") : nothing} />
              <Figure label={t("first.seats")} value={seats === 0 ? nothing : formats.number(seats)} />
              <Figure label={t("first.calls")} value={call === undefined ? nothing : formats.ago(call.startedAt)} />
            </Figures>
          );
        }}
      </Answer>
      <Text size={200}>{t("first.live")}</Text>
    </section>
  );
}
