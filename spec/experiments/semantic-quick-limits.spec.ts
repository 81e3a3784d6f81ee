/** Quick runs on what ships: semantic-breakpoint, semantic-dimension, semantic-capacity, semantic-cost. */
import { quickRun } from "./semantic-quick.ts";

quickRun("semantic-breakpoint", ["recall.png", "rotation.svg"]);
quickRun("semantic-dimension", ["rotation-any-angle.svg"]);
quickRun("semantic-capacity", ["rotation-any-angle.svg"]);
quickRun("semantic-cost", ["cost.svg"]);
