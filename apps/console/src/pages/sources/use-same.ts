import { useRef } from 'react'

/** The list of before while it holds the same objects: what is made of thousands of rows is not made again because time has passed. */
export const useSame = <T>(list: readonly T[]): readonly T[] => {
  const before = useRef(list)
  if (before.current.length !== list.length || !list.every((each, index) => each === before.current[index])) before.current = list
  return before.current
}
