import { makeStyles, tokens } from "@fluentui/react-components";
import { useEffect, useRef, type ReactElement } from "react";

const useStyles = makeStyles({
  box: {
    display: "block",
    width: "16px",
    height: "16px",
    margin: tokens.spacingHorizontalXS,
    accentColor: tokens.colorCompoundBrandBackground,
    cursor: "pointer",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "2px" },
  },
});

/** A box to tick in a list: the browser's own, as a page of them has to be there at once. `mixed`: some of it is ticked. */
export function Tick(props: {
  readonly name: string;
  readonly ticked: boolean | "mixed";
  readonly onChange: (ticked: boolean) => void;
}): ReactElement {
  const styles = useStyles();
  const box = useRef<HTMLInputElement>(null);
  const { ticked } = props;
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = ticked === "mixed";
  }, [ticked]);
  return (
    <input
      ref={box}
      type="checkbox"
      className={styles.box}
      aria-label={props.name}
      checked={ticked === true}
      onChange={(event) => props.onChange(event.target.checked)}
    />
  );
}
