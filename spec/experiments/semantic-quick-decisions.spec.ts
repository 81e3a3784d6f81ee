/** Quick runs on what ships: semantic-out-of-distribution, fully-semantic. */
import { quickRun } from "./semantic-quick.ts";

quickRun("semantic-out-of-distribution", ["roc.svg"]);
quickRun("fully-semantic", ["painted.png", "fashion-mnist.svg"]);
