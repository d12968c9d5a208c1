import "./app/page.css";
import { askFirst } from "./app/askFirst";

// The page's first script, small enough to run before the rest is there: what is sure to be needed is on its way then.
askFirst(location.pathname, location.search);
void import("./main");
