import { createNotificationHandler } from './create-notification.js'
import { listDeliveriesHandler, listIncidentsHandler, testNotificationHandler } from './deliveries.js'
import { deleteNotificationHandler, getNotificationHandler, listNotificationsHandler } from './get-notification.js'
import type { NotificationDeps } from './notification-deps.js'
import { updateNotificationHandler } from './update-notification.js'

export const createNotificationHandlers = (deps: NotificationDeps) => ({
  createNotification: createNotificationHandler(deps),
  listNotifications: listNotificationsHandler(deps),
  getNotification: getNotificationHandler(deps),
  updateNotification: updateNotificationHandler(deps),
  deleteNotification: deleteNotificationHandler(deps),
  testNotification: testNotificationHandler(deps),
  listDeliveries: listDeliveriesHandler(deps),
  listIncidents: listIncidentsHandler(deps),
})
