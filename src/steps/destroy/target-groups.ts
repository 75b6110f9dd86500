import {deleteUnblocked, idsOfKind, type Removal} from './removal.js'

/** Only once no listener names it any more. */
export const targetGroups: Removal = {
  id: 'target-groups',
  title: 'Delete the target group',
  kind: 'targetGroups',

  async remove(context) {
    const {elb, inventory} = context
    await Promise.all(
      idsOfKind(inventory, 'targetGroups').map(arn =>
        deleteUnblocked(`target group ${arn}`, context, () => elb.deleteTargetGroup({TargetGroupArn: arn})),
      ),
    )
  },
}
