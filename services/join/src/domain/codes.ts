import { outcomes, stages } from "@antedate/schemas/model";

// Places in the vocabulary: how outcomes and stages stand in cells and views.

export const accepted: number = outcomes.indexOf("accepted");
export const deferred: number = outcomes.indexOf("deferred");
export const bounced: number = outcomes.indexOf("bounced");
export const expired: number = outcomes.indexOf("expired");
export const endOfData: number = stages.indexOf("end_of_data");
export const unknownStage: number = stages.indexOf("unknown");
