/** Background work that one of several nodes does for all. */
export interface DutiesCatalog {
  /**
   * Whether this node has the duty until `until` (all in milliseconds): nobody had it at `at`, or this one did and
   * prolongs it. A node that dies loses it by time.
   */
  takeDuty(duty: string, node: string, at: number, until: number): Promise<boolean>
}
