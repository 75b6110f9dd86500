/** The next step where the user has said before who may reach a cluster: what khw would find out need not be the way there. */
export function sayRanges(name: string): string {
  return `khw access refresh ${name} --allow-cidr RANGE`
}
