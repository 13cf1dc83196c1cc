// Who may decide on a request, and who has.
import { clock } from "./time";
import { places } from "./words";
import type { Approval } from "./types";

/** "1 of 2 approvals: ann (page, 09:14)" */
export function Votes({ approval }: { approval: Approval }) {
    const { quorum, votes } = approval;
    if (quorum < 2) return null;
    return (
        <p id={`votes-${approval.id}`} tabIndex={-1} class="votes">
            <strong>
                {votes.length} of {quorum} approvals
            </strong>
            {votes.map((vote, index) => (
                <>
                    {index === 0 ? ": " : ", "}
                    <bdi>{vote.by}</bdi> ({places[vote.assurance]}, {clock(vote.at)})
                </>
            ))}
        </p>
    );
}

export function People({ approval }: { approval: Approval }) {
    const { approvers, self_approval, asked_by_person, quorum } = approval;
    const anybody = approvers.length === 0;
    if (anybody && self_approval && quorum < 2) return null;
    return (
        <section>
            <h4>Who decides</h4>
            <p>
                {quorum > 1
                    ? `${quorum} different people`
                    : approvers.length === 1
                      ? "Only"
                      : "One person"}
                {anybody ? ", known by name" : approvers.length === 1 ? " " : " of "}
                {approvers.map((name, index) => (
                    <>
                        {index > 0 && ", "}
                        <bdi>{name}</bdi>
                    </>
                ))}
                {!self_approval && (
                    <>
                        ; not{" "}
                        {asked_by_person ? (
                            <>
                                <bdi>{asked_by_person}</bdi>, whose agent asks
                            </>
                        ) : (
                            "the person whose agent asks"
                        )}
                    </>
                )}
                .
            </p>
            <Votes approval={approval} />
        </section>
    );
}
