import { Button, Text } from "@fluentui/react-components";
import { ArrowDownload20Regular } from "@fluentui/react-icons/svg/arrow-download";
import { useState, type ReactElement } from "react";
import { useWords } from "@/i18n/words";
import { useFormats } from "@/i18n/format";
import { csvOf, download, type Cell } from "./csv";

/** One page of what is exported. */
export interface ExportPage<Row> {
  readonly rows: readonly Row[];
  /** The cursor of the next page; null: this was the last. */
  readonly next: string | null;
}

/** What is exported: its columns, and how to read a page of at most 200 after a cursor. */
export interface ExportProps<Row> {
  /** File name without ending. */
  readonly name: string;
  readonly columns: readonly { readonly header: string; readonly value: (row: Row) => Cell }[];
  readonly page: (after: string | null) => Promise<ExportPage<Row>>;
}

/** Download the whole list, all pages of it, as CSV. Shows how far it is; what fails leaves no half file. */
export function Export<Row>({ name, columns, page }: ExportProps<Row>): ReactElement {
  const { t } = useWords();
  const formats = useFormats();
  const [state, setState] = useState<number | "idle" | "failed">("idle");
  const run = async (): Promise<void> => {
    const lines: Cell[][] = [columns.map(({ header }) => header)];
    try {
      for (let after: string | null = null, more = true; more;) {
        setState(lines.length - 1);
        const { rows, next }: ExportPage<Row> = await page(after);
        for (const row of rows) lines.push(columns.map(({ value }) => value(row)));
        after = next;
        more = next !== null;
      }
      download(`${name}.csv`, csvOf(lines));
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  return (
    <>
      <Button icon={<ArrowDownload20Regular />} disabled={typeof state === "number"} onClick={() => void run()}>
        {typeof state === "number" ? t("export.running", { rows: formats.number(state) }) : t("export.csv")}
      </Button>
      {state === "failed" && (
        <Text size={200} role="alert">
          {t("export.failed")}
        </Text>
      )}
    </>
  );
}
