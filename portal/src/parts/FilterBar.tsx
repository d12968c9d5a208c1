import { Button, Dropdown, Field, Input, makeStyles, Option, tokens } from "@fluentui/react-components";
import { useEffect, useState, type ReactElement, type ReactNode } from "react";
import { useWords } from "@/i18n/words";

const SETTLED_MS = 350;

const useStyles = makeStyles({
  bar: {
    display: "flex",
    flexWrap: "wrap",
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    alignItems: "flex-end",
    marginBottom: tokens.spacingVerticalM,
  },
  field: { flex: "0 1 200px", minWidth: "140px" },
  control: { minWidth: "0", width: "100%" },
});

/** Filters in a row. `onClear` is offered while `active`: some filter is set. */
export function FilterBar(props: {
  readonly children: ReactNode;
  readonly active?: boolean;
  readonly onClear?: () => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  return (
    <div className={styles.bar} role="search" aria-label={t("filters.label")} data-print="no">
      {props.children}
      {props.onClear !== undefined && (
        <Button appearance="subtle" onClick={props.onClear} disabled={!props.active}>
          {t("filters.clear")}
        </Button>
      )}
    </div>
  );
}

/** One choice of several; "" is "any". */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A filter of one choice. `any`: what stands for no filter. */
export function ChoiceFilter(props: {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly any?: string;
  readonly onChange: (value: string) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const any: Choice = { value: "", label: props.any ?? t("filters.any") };
  const choices = props.any === "" ? props.choices : [any, ...props.choices];
  const shown = choices.find(({ value }) => value === props.value) ?? { value: props.value, label: props.value };
  return (
    <Field label={props.label} size="small" className={styles.field}>
      <Dropdown
        className={styles.control}
        value={shown.label}
        selectedOptions={[props.value]}
        onOptionSelect={(_, { optionValue }) => props.onChange(optionValue ?? "")}
      >
        {choices.map(({ value, label }) => (
          <Option key={value} value={value} text={label}>
            {label}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}

/** A filter of several choices; none chosen is "any". */
export function ChoicesFilter(props: {
  readonly label: string;
  readonly values: readonly string[];
  readonly choices: readonly Choice[];
  readonly onChange: (values: string[]) => void;
}): ReactElement {
  const styles = useStyles();
  const { t } = useWords();
  const labels = props.choices.filter(({ value }) => props.values.includes(value)).map(({ label }) => label);
  return (
    <Field label={props.label} size="small" className={styles.field}>
      <Dropdown
        multiselect
        className={styles.control}
        value={labels.length === 0 ? t("filters.any") : labels.join(", ")}
        selectedOptions={[...props.values]}
        onOptionSelect={(_, { selectedOptions }) => props.onChange(selectedOptions)}
      >
        {props.choices.map(({ value, label }) => (
          <Option key={value} value={value} text={label}>
            {label}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}

/** A filter of typed text. It counts once typing has rested for a third of a second. */
export function TextFilter(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly type?: "search" | "date" | "month" | "number";
  readonly onChange: (value: string) => void;
}): ReactElement {
  const styles = useStyles();
  const { value, onChange } = props;
  const [typed, setTyped] = useState(value);
  const [given, setGiven] = useState(value);
  if (given !== value) {
    setGiven(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onChange(typed), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <Field label={props.label} size="small" className={styles.field}>
      <Input
        className={styles.control}
        type={props.type ?? "search"}
        value={typed}
        placeholder={props.placeholder}
        onChange={(_, next) => setTyped(next.value)}
      />
    </Field>
  );
}
