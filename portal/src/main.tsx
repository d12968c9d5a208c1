import "./app/page.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { fetchScreen } from "./app/screens";
import { readSession, SignedOut, type Session } from "./api/session";
import { startWords } from "./i18n/setup";

/** What the server said of the session before the first view: one, none and why, or nothing at all. */
async function begin(): Promise<Session | SignedOut | "unreachable"> {
  try {
    return await readSession();
  } catch (error) {
    return error instanceof SignedOut ? error : "unreachable";
  }
}

fetchScreen(location.pathname);
const [session] = await Promise.all([begin(), startWords()]);
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App session={session} />);
