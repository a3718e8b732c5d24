package io.caravan.camel;

/** What a task keeps while it is paused. */
public enum PauseKeeps {
    /** Its links: the source goes on sending, and what comes waits in memory and in the spool. */
    LINK,
    /** What has been received: its links are given up, and what the source writes meanwhile waits in its backlog. */
    SPOOL
}
