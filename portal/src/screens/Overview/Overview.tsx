import { makeStyles, tokens } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useAsk } from "@/api/useAsk";
import { useTenant } from "@/app/tenant";
import { OverviewFiguresDocument, OverviewSavingsDocument } from "@/gql/graphql";
import { Answer } from "@/parts/Answer";
import { Empty } from "@/parts/Empty";
import { Freshness } from "@/parts/Freshness";
import { PageHeader } from "@/parts/PageHeader";
import { Stale } from "@/parts/Stale";
import { useMoment } from "@/time/useMoment";
import { Adoption } from "./Adoption";
import { Headline } from "./Headline";
import { Health } from "./Health";
import { questionsOf } from "./questions";
import { TopSavings } from "./TopSavings";
import { Trend } from "./Trend";
import { Waste } from "./Waste";

const useStyles = makeStyles({
  grid: {
    display: "grid",
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: "repeat(auto-fit, minmax(min(420px, 100%), 1fr))",
    "@media print": { display: "block" },
  },
});

/** Where the money goes, at the moment on screen; each figure leads to the screen behind it. */
export default function Overview(): ReactElement {
  const styles = useStyles();
  const { t } = useWords("Overview");
  const tenant = useTenant();
  const moment = useMoment();
  const questions = questionsOf(tenant.id, moment.variables, moment.day);
  const figures = useAsk(OverviewFiguresDocument, questions.figures);
  const savings = useAsk(OverviewSavingsDocument, questions.savings);
  const view = figures.data?.tenant?.at;
  return (
    <>
      <PageHeader
        title={t("title")}
        sub={view && <Freshness value={view.freshness} timeZone={moment.timeZone} />}
        actions={<Stale stale={figures.stale || savings.stale} />}
      />
      {view?.beforeFirstFact ? (
        <Empty title={t("before.title")} hint={t("before.hint")} />
      ) : (
        <>
          <Answer to={figures} height={250}>
            {(data) =>
              data.tenant && (
                <Headline
                  view={data.tenant.at}
                  savings={savings.data?.tenant?.at.savings}
                  waiting={savings.data === undefined && savings.trouble === null}
                />
              )
            }
          </Answer>
          <div className={styles.grid}>
            <Waste asked={savings} />
            <TopSavings asked={savings} />
            <Trend question={questions.trend} />
            <Adoption wait={figures.data === undefined && figures.trouble === null} />
            <Health asked={figures} />
          </div>
        </>
      )}
    </>
  );
}
