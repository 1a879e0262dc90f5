import { RunList } from '../runs/run-list.js'

export const RunsTab = ({ source }: { readonly source: string }) => <RunList source={source} />
