/**
 * One colour per series name on all panels. Machine is warm, people are green, and each pair differs in brightness too,
 * so that it can be told apart without seeing hue.
 */
export const seriesColors: Readonly<Record<string, string>> = {
  pre_acceptance: "#d9480f",
  near_acceptance: "#f2a93b",
  post_delivery: "#2b8a3e",
  never_accepted: "#7b2d8b",
  unknown: "#868e96",
  raw: "#f2a93b",
  adjusted: "#2b8a3e",
  opens_raw: "#9ec5fe",
  opens_adjusted: "#1864ab",
  clicks_raw: "#f2a93b",
  clicks_adjusted: "#2b8a3e",
  opens: "#1864ab",
  clicks: "#f2a93b",
  unsubscribes: "#7b2d8b",
  accepted: "#2b8a3e",
  bounced: "#d9480f",
  expired: "#7b2d8b",
};
