import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { FluentProvider, webLightTheme } from "@fluentui/react-components";
import type { ReactElement } from "react";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { ColoursContext } from "@/app/theme";
import { startWords } from "@/i18n/setup";
import { Chart } from "./Chart";
import { DataGrid } from "./DataGrid";
import { Export } from "./Export";
import { Failed } from "./Failed";
import { MoneySum } from "./Money";

vi.mock("./Canvas", () => ({ Canvas: () => null }));

const colours = { choice: "light", dark: false, theme: webLightTheme, choose: () => undefined } as const;
const show = (element: ReactElement) =>
  render(
    <ColoursContext value={colours}>
      <FluentProvider theme={webLightTheme}>{element}</FluentProvider>
    </ColoursContext>,
  );

beforeAll(async () => {
  await startWords("en");
});

describe("a sum of money", () => {
  it("is unknown where nothing of it is known, never zero", () => {
    show(<MoneySum value={{ total: null, byCurrency: [] }} />);
    expect(screen.getByText("unknown")).toBeTruthy();
  });

  it("of several currencies without a rate is not added up", () => {
    const byCurrency = [
      { amount: "12.00", currency: "EUR" },
      { amount: "10.00", currency: "USD" },
    ];
    const { container } = show(<MoneySum value={{ total: null, byCurrency }} />);
    expect(container.textContent).toMatch(/€12.00 \+ .*\$10.00/);
  });

  it("of zero is zero", () => {
    show(<MoneySum value={{ total: { amount: "0.00", currency: "EUR" }, byCurrency: [] }} />);
    expect(screen.getByText("€0.00")).toBeTruthy();
  });
});

describe("a chart", () => {
  it("has a table of the same figures, with unknown ones named", async () => {
    show(
      <Chart
        name="Units"
        axis="Day"
        labels={["Monday", "Tuesday"]}
        series={[{ name: "Paid", values: [3, null] }]}
        format={(value) => `${value} units`}
      />,
    );
    await userEvent.click(screen.getByRole("button", { name: /As a table/ }));
    const rows = within(screen.getByRole("table")).getAllByRole("row");
    expect(rows.map((row) => row.textContent)).toEqual(["DayPaid", "Monday3 units", "Tuesdayunknown"]);
  });

  it("has that table on paper, whether or not somebody looked at it", () => {
    show(<Chart name="Units" axis="Day" labels={["Monday"]} series={[{ name: "Paid", values: [3] }]} />);
    expect(screen.queryByRole("table", { hidden: true })).toBeNull();
    act(() => void dispatchEvent(new Event("beforeprint")));
    expect(screen.getByRole("table", { hidden: true }).textContent).toBe("DayPaidMonday3");
    act(() => void dispatchEvent(new Event("afterprint")));
    expect(screen.queryByRole("table", { hidden: true })).toBeNull();
  });
});

describe("a list", () => {
  const rows = [
    { id: "1", name: "Anna" },
    { id: "2", name: "Ben" },
  ];
  const columns = [{ id: "name", header: "Name", cell: (row: { id: string; name: string }) => row.name, sort: "NAME" }];
  const common = {
    caption: "People",
    columns,
    rows,
    rowKey: (row: { id: string; name: string }) => row.id,
    empty: "Nobody",
  };

  it("says what it means that it is empty", () => {
    show(<DataGrid {...common} rows={[]} />);
    expect(screen.getByText("Nobody")).toBeTruthy();
  });

  it("asks the server for another order", async () => {
    const onSort = vi.fn();
    show(<DataGrid {...common} sorted={{ by: "NAME", descending: true }} onSort={onSort} />);
    expect(screen.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("descending");
    await userEvent.click(screen.getByRole("button", { name: "Name" }));
    expect(onSort).toHaveBeenCalledWith({ by: "NAME", descending: false });
  });

  it("lets rows be chosen one by one and all at once", async () => {
    const onChange = vi.fn();
    show(<DataGrid {...common} choosing={{ keys: new Set(["1"]), onChange }} rowName={(row) => row.name} />);
    await userEvent.click(screen.getByRole("checkbox", { name: "Choose Ben" }));
    expect(onChange).toHaveBeenLastCalledWith(new Set(["1", "2"]));
    await userEvent.click(screen.getByRole("checkbox", { name: "Choose Anna" }));
    expect(onChange).toHaveBeenLastCalledWith(new Set());
  });

  it("opens the details of a row below it", async () => {
    const onOpen = vi.fn();
    const detail = (row: { name: string }) => `About ${row.name}`;
    const { rerender } = show(<DataGrid {...common} detail={detail} onOpen={onOpen} rowName={(row) => row.name} />);
    await userEvent.click(screen.getByRole("button", { name: "Details of Anna" }));
    expect(onOpen).toHaveBeenCalledWith("1");
    rerender(<DataGrid {...common} detail={detail} open="1" onOpen={onOpen} rowName={(row) => row.name} />);
    expect(screen.getByText("About Anna")).toBeTruthy();
  });

  it("goes to the next page by the cursor the server gave", async () => {
    const next = vi.fn();
    const nothing = () => undefined;
    const paging = {
      first: 2,
      after: null,
      page: 1,
      sizes: [2],
      next,
      previous: nothing,
      reset: nothing,
      resize: nothing,
    };
    show(<DataGrid {...common} paging={paging} pageInfo={{ hasNextPage: true, endCursor: "abc" }} />);
    expect(screen.getByText("1–2 · page 1")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Next" }));
    expect(next).toHaveBeenCalledWith("abc");
    expect(screen.getByRole("button", { name: "Back" }).hasAttribute("disabled")).toBe(true);
  });
});

const textOf = (blob: Blob) =>
  new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsText(blob);
  });

describe("an export", () => {
  it("holds every page, and saves nothing when one of them fails", async () => {
    const saved: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    let blob = new Blob();
    URL.createObjectURL = (given) => {
      blob = given as Blob;
      return "blob:x";
    };
    URL.revokeObjectURL = () => undefined;
    const columns = [{ header: "Name", value: (row: string) => row }];
    const page = async (after: string | null) =>
      after === null ? { rows: ["Anna"], next: "a" } : { rows: ["Ben"], next: null };
    const { rerender } = show(<Export name="people" columns={columns} page={page} />);
    await userEvent.click(screen.getByRole("button", { name: "Export CSV" }));
    expect(saved).toEqual(["people.csv"]);
    expect(await textOf(blob)).toBe("Name\r\nAnna\r\nBen\r\n");

    const failing = async (after: string | null) => {
      if (after !== null) throw new Error("away");
      return { rows: ["Anna"], next: "a" };
    };
    rerender(<Export name="people" columns={columns} page={failing} />);
    await userEvent.click(screen.getByRole("button", { name: "Export CSV" }));
    expect(screen.getByRole("alert").textContent).toMatch(/did not get through/);
    expect(saved).toEqual(["people.csv"]);
  });
});

describe("a failure", () => {
  it("offers to try again only where that can help", () => {
    const trouble = { code: "NOT_READY", advice: "retry", message: null, traceId: null } as const;
    const { rerender } = show(<Failed trouble={trouble} onRetry={() => undefined} />);
    expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
    rerender(
      <FluentProvider theme={webLightTheme}>
        <Failed trouble={{ ...trouble, code: "FORBIDDEN", advice: "forbidden" }} onRetry={() => undefined} />
      </FluentProvider>,
    );
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });
});
