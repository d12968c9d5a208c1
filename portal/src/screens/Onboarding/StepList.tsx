import { Badge, makeStyles, tokens } from "@fluentui/react-components";
import { useWords } from "@/i18n/words";
import { steps, type Newcomer, type StepState } from "./steps";

const COLOURS: Record<StepState, "success" | "informative" | "subtle" | "danger"> = {
  DONE: "success",
  NEXT: "informative",
  OPEN: "subtle",
  STUCK: "danger",
};
const SIGNS: Record<StepState, string> = { DONE: "✓", NEXT: "…", OPEN: "○", STUCK: "!" };

const useStyles = makeStyles({
  steps: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalXS,
    listStyleType: "none",
    margin: 0,
    padding: 0,
  },
});

/** The steps of a new customer and how each stands. */
export function StepList({ row }: { readonly row: Newcomer }): React.JSX.Element {
  const styles = useStyles();
  const { t } = useWords("Onboarding");
  return (
    <ul className={styles.steps}>
      {steps(row).map(({ step, state }) => (
        <li key={step} data-step={step} data-state={state}>
          <Badge
            appearance="tint"
            color={COLOURS[state]}
            title={t(`stepState.${state}`)}
            style={{ whiteSpace: "nowrap" }}
          >
            <span aria-hidden>{SIGNS[state]}&nbsp;</span>
            {t(`step.${step}`)}
            <span hidden>: {t(`stepState.${state}`)}</span>
          </Badge>
        </li>
      ))}
    </ul>
  );
}
