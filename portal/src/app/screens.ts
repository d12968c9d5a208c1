import type { ComponentType } from "react";
import type { RouteObject } from "react-router";
import i18next from "i18next";
import { library } from "@/parts/library";

type Load = () => Promise<{ default: ComponentType }>;

const found = import.meta.glob<{ default: ComponentType }>([
  "../screens/Overview/Overview.tsx",
  "../screens/Worklist/Worklist.tsx",
  "../screens/Skus/Skus.tsx",
  "../screens/Costs/Costs.tsx",
  "../screens/People/People.tsx",
  "../screens/People/Person.tsx",
  "../screens/Calls/Calls.tsx",
  "../screens/History/History.tsx",
  "../screens/Health/Health.tsx",
  "../screens/Settings/Settings.tsx",
  "../screens/Portfolio/Portfolio.tsx",
  "../screens/Onboarding/Onboarding.tsx",
]);

const WITHOUT_CHARTS: readonly string[] = ["People", "Health", "Settings", "Onboarding"];

/** A screen of one tenant: its folder (and the namespace of its words), and its address below /t/:tenant. */
export interface Screen {
  readonly name: string;
  readonly path: string;
}

/** Screens in the order of the navigation. */
export const TENANT_SCREENS: readonly Screen[] = [
  { name: "Overview", path: "overview" },
  { name: "Worklist", path: "worklist" },
  { name: "Skus", path: "skus" },
  { name: "Costs", path: "costs" },
  { name: "People", path: "people" },
  { name: "Calls", path: "calls" },
  { name: "History", path: "history" },
  { name: "Health", path: "health" },
  { name: "Settings", path: "settings" },
].filter(({ name }) => loaderOf(name) !== undefined);

/** Whether the build has this screen. */
export function hasScreen(name: string): boolean {
  return loaderOf(name) !== undefined;
}

/** The routes below /t/:tenant. A screen is loaded with its words when it is first opened. */
export function tenantRoutes(): RouteObject[] {
  return [
    ...TENANT_SCREENS.map(({ name, path }) => route(name, path)),
    ...optional("People", "people/:user", "Person"),
  ];
}

/** The routes of screens that are of no one tenant. */
export function otherRoutes(): RouteObject[] {
  return [...optional("Portfolio", "portfolio"), ...optional("Onboarding", "onboarding")];
}

function optional(name: string, path: string, file = name): RouteObject[] {
  return loaderOf(name, file) === undefined ? [] : [route(name, path, file)];
}

function route(name: string, path: string, file = name): RouteObject {
  return {
    path,
    lazy: async () => {
      const load = loaderOf(name, file);
      if (load === undefined) throw new Error(`no screen ${name}`);
      const [screen] = await Promise.all([load(), i18next.loadNamespaces(name)]);
      return { Component: screen.default };
    },
  };
}

function loaderOf(name: string, file = name): Load | undefined {
  const load = found[`../screens/${name}/${file}.tsx`];
  if (load === undefined || WITHOUT_CHARTS.includes(name)) return load;
  return () => {
    void library().catch(() => undefined); // asked for again by the first chart
    return load();
  };
}

/** Load a screen before it is opened, as when the pointer rests on its link. */
export function preload(name: string): void {
  const load = loaderOf(name);
  if (load !== undefined) void Promise.all([load(), i18next.loadNamespaces(name)]).catch(() => undefined);
}

/** The screen of one tenant at an address. */
export function screenAt(pathname: string): string | undefined {
  const path = /^\/t\/[^/]+\/(\w+)$/.exec(pathname)?.[1];
  return TENANT_SCREENS.find((each) => each.path === path)?.name;
}

/** Have a screen on its way, while it is not known yet whether somebody is signed on. */
export function fetchScreen(name: string): void {
  void loaderOf(name)?.().catch(() => undefined); // its route asks again
}
