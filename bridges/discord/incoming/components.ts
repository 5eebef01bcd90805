/** Messages that are built of components, as bots write them. https://discord.com/developers/docs/components/reference */
import { type APIMessageTopLevelComponent, ComponentType } from 'discord.js';

type Component = APIMessageTopLevelComponent;

/** The texts in components, in order. What can be pressed or chosen is of no use elsewhere. */
export function textsIn(components: readonly Component[]): string[] {
  return components.flatMap((component) => {
    switch (component.type) {
      case ComponentType.TextDisplay:
        return [component.content];
      case ComponentType.Section:
      case ComponentType.Container:
        return textsIn(component.components);
      default:
        return [];
    }
  });
}
