/** Background work that one of several nodes does for all of them. */
export interface DutiesCatalog {
  /**
   * Assigns the duty to this node until `until` (milliseconds) and returns true, if no node had it at `at` or this one
   * prolongs it; otherwise returns false. A dead node's duty expires.
   */
  takeDuty(duty: string, node: string, at: number, until: number): Promise<boolean>
}
